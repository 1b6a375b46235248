/* The sound of a text: spoken by the machine, recorded here, or uploaded. One widget per
   [data-sound-widget]; all its words come from the template. No library. */
(function () {
  "use strict";

  const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus", ""];
  const LONGEST_RECORDING_MS = 60 * 60 * 1000;
  const TOO_QUIET = 0.03;
  const TOO_LOUD = 0.98;

  function cookie(name) {
    const found = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }

  function csrfToken() {
    const field = document.querySelector("[name=csrfmiddlewaretoken]");
    return field ? field.value : cookie("csrftoken");
  }

  function clock(milliseconds) {
    const seconds = Math.round(milliseconds / 1000);
    return Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
  }

  class SoundWidget {
    constructor(root) {
      this.root = root;
      this.words = root.dataset;
      this.polling = 0;
      this.lastForm = null;
      const part = (name) => root.querySelector("[data-sound-" + name + "]");
      this.value = part("value");
      this.actions = part("actions");
      this.speakButton = part("speak");
      this.voice = part("voice");
      this.recordButton = part("record");
      this.stopButton = part("stop");
      this.againButton = part("again");
      this.file = part("file");
      this.meter = part("meter");
      this.level = part("level");
      this.time = part("clock");
      this.state = part("state");
      this.progress = part("progress");
      this.note = part("note");
      this.player = part("player");
      this.wordsBox = part("words");
      this.spoken = part("spoken");

      this.actions.hidden = false;
      this.speakButton.addEventListener("click", () => this.speak());
      this.stopButton.addEventListener("click", () => this.stop());
      this.againButton.addEventListener("click", () => this.send(this.words.recordUrl, this.lastForm));
      this.file.addEventListener("change", () => {
        if (this.file.files.length) this.upload(this.file.files[0], this.file.files[0].name);
        this.file.value = "";
      });
      if (window.MediaRecorder && navigator.mediaDevices) {
        this.recordButton.addEventListener("click", () => this.record());
      } else {
        this.recordButton.hidden = true;
      }
      const languageField = document.getElementById(this.words.languageField);
      if (languageField) languageField.addEventListener("change", () => this.listVoices());
      this.listVoices();
      if (this.words.statusUrl) this.poll(this.words.statusUrl, 0);
    }

    get language() {
      const field = document.getElementById(this.words.languageField);
      return (field && field.value) || this.words.language;
    }

    async listVoices() {
      try {
        const url = this.words.voicesUrl + "?language=" + encodeURIComponent(this.language);
        const answer = await (await fetch(url, { headers: { Accept: "application/json" } })).json();
        this.voice.replaceChildren(
          ...answer.voices.map((voice) => new Option(voice.name, voice.code)),
        );
        const none = answer.voices.length === 0;
        this.speakButton.hidden = none;
        this.voice.parentElement.hidden = answer.voices.length < 2;
      } catch {
        this.voice.parentElement.hidden = true;
      }
    }

    say(text, percent) {
      this.state.textContent = text;
      this.progress.hidden = percent === undefined;
      if (percent !== undefined) this.progress.value = percent;
    }

    speak() {
      const field = document.getElementById(this.words.textField);
      const text = field ? field.value : "";
      if (!text.trim()) {
        this.say(this.words.textNoText);
        return;
      }
      const form = new FormData();
      form.append("text", text);
      form.append("language", this.language);
      form.append("voice", this.voice.value || "");
      this.send(this.words.speakUrl, form);
    }

    upload(content, name) {
      const form = new FormData();
      form.append("file", content, name);
      form.append("language", this.language);
      this.lastForm = form;
      this.send(this.words.recordUrl, form);
    }

    send(url, form) {
      this.againButton.hidden = true;
      const request = new XMLHttpRequest();
      request.open("POST", url);
      request.setRequestHeader("X-CSRFToken", csrfToken());
      request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
      request.upload.addEventListener("progress", (event) => {
        if (!event.lengthComputable) return;
        const percent = Math.round((100 * event.loaded) / event.total);
        this.say(this.words.textUploading + " " + percent + " %", percent);
      });
      const offline = () => {
        this.say(this.words.textOffline);
        this.againButton.hidden = form !== this.lastForm;
      };
      request.addEventListener("error", offline);
      request.addEventListener("timeout", offline);
      request.addEventListener("load", () => {
        let answer = null;
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          // A sign-in page instead of an answer: the session has ended.
          this.say(this.words.textSignedOut);
          this.againButton.hidden = form !== this.lastForm;
          return;
        }
        if (answer.error && answer.id === undefined) {
          this.say(answer.error);
          return;
        }
        this.value.value = answer.id;
        this.value.dispatchEvent(new Event("change", { bubbles: true }));
        this.show(answer);
        if (answer.status !== "ready" && answer.status !== "failed") this.poll(answer.status_url, 300);
      });
      request.send(form);
    }

    poll(url, wait) {
      const turn = ++this.polling;
      const ask = async (pause) => {
        if (turn !== this.polling) return;
        let answer = null;
        try {
          const response = await fetch(url, { headers: { Accept: "application/json" } });
          answer = await response.json();
        } catch {
          setTimeout(() => ask(Math.min(pause * 2, 5000)), pause);
          return;
        }
        if (turn !== this.polling) return;
        this.show(answer);
        if (answer.status !== "ready" && answer.status !== "failed") {
          setTimeout(() => ask(Math.min(pause * 1.3, 2000)), pause);
        }
      };
      setTimeout(() => ask(300), wait);
    }

    show(sound) {
      this.note.textContent = sound.note;
      this.note.hidden = !sound.note;
      this.spoken.textContent = sound.spoken_text;
      this.wordsBox.hidden = !sound.spoken_text;
      if (sound.status === "failed") {
        this.say(sound.error);
      } else if (sound.status === "ready") {
        this.say(
          this.words.textReady + " " + this.words.textDuration + " " + clock(sound.duration_ms) + ", " +
            sound.loudness_lufs.toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }) +
            " LUFS.",
        );
        if (this.player.getAttribute("src") !== sound.mp3_url) this.player.src = sound.mp3_url;
      } else if (sound.status === "rendering") {
        this.say(this.words.textRendering + " " + sound.progress + " %", sound.progress);
      } else {
        this.say(this.words.textWaiting, 0);
      }
      this.player.hidden = sound.status !== "ready";
      this.root.dispatchEvent(new CustomEvent("sound:changed", { bubbles: true, detail: sound }));
    }

    async record() {
      let stream = null;
      try {
        // The browser's own noise suppression is made for calls and eats tones of Vietnamese.
        stream = await navigator.mediaDevices.getUserMedia({
          audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
        });
      } catch {
        this.say(this.words.textNoMicrophone);
        return;
      }
      const kind = KINDS.find((name) => name === "" || MediaRecorder.isTypeSupported(name));
      const options = { audioBitsPerSecond: 96000 };
      if (kind) options.mimeType = kind;
      this.recorder = new MediaRecorder(stream, options);
      const pieces = [];
      this.recorder.addEventListener("dataavailable", (event) => {
        if (event.data.size) pieces.push(event.data);
      });
      this.recorder.addEventListener("stop", () => {
        stream.getTracks().forEach((track) => track.stop());
        this.leaveMeter();
        this.recordButton.hidden = false;
        this.stopButton.hidden = true;
        this.upload(new Blob(pieces, { type: this.recorder.mimeType }), "ghi-am");
      });
      // In pieces, so that a long recording does not sit in one buffer of the encoder.
      this.recorder.start(5000);
      this.recordButton.hidden = true;
      this.stopButton.hidden = false;
      this.stopButton.focus();
      this.say(this.words.textRecording);
      this.enterMeter(stream);
    }

    stop() {
      if (this.recorder && this.recorder.state !== "inactive") this.recorder.stop();
    }

    enterMeter(stream) {
      const began = performance.now();
      this.meter.hidden = false;
      this.context = new AudioContext();
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 2048;
      this.context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let loudest = 0;
      let checkedAt = began;
      const look = () => {
        if (!this.context) return;
        analyser.getFloatTimeDomainData(samples);
        const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
        this.level.value = Math.max(peak, this.level.value * 0.9);
        loudest = Math.max(loudest, peak);
        const now = performance.now();
        this.time.textContent = clock(now - began);
        if (now - checkedAt > 3000) {
          const quiet = loudest < TOO_QUIET ? this.words.textTooQuiet : this.words.textRecording;
          this.say(loudest > TOO_LOUD ? this.words.textTooLoud : quiet);
          loudest = 0;
          checkedAt = now;
        }
        if (now - began > LONGEST_RECORDING_MS) this.stop();
        requestAnimationFrame(look);
      };
      look();
    }

    leaveMeter() {
      this.meter.hidden = true;
      if (this.context) this.context.close();
      this.context = null;
    }
  }

  function start(within) {
    // Over a slow line a widget is there before its parts are: wait until the page is whole.
    if (document.readyState === "loading") return;
    within.querySelectorAll("[data-sound-widget]").forEach((root) => {
      if (root.soundWidget) return;
      root.soundWidget = new SoundWidget(root);
    });
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", () => start(document));
  } else {
    start(document);
  }
  // Formsets and htmx bring widgets later.
  new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length)) start(document);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
