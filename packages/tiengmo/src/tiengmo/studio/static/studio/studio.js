/* «Lên sóng»: microphone check, going on air, and coming back after a lost connection. No library;
   all words come from the template. */
(() => {
  "use strict";
  const root = document.querySelector("[data-studio]");
  if (!root) return;
  const words = root.dataset;
  const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
  const PIECE_MS = 100;
  const OVER = 4410, ELSEWHERE = 4409, REFUSED = 4401;
  const QUIET_DBFS = -45, LOUD_DBFS = -1;
  const find = (name) => root.querySelector(`[data-${name}]`);
  const form = find("studio-form");
  const air = find("studio-air");
  const cannotRecord = !window.MediaRecorder || !navigator.mediaDevices;

  // --- the microphone ---------------------------------------------------------------------

  let stream = null;
  let context = null;
  let watched = null;

  async function openMicrophone() {
    if (stream && stream.active) return stream;
    // The browser's own noise suppression is made for calls and eats tones of Vietnamese.
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
    return stream;
  }

  function watch(meter, tell) {
    watched = meter;
    if (!context) {
      context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      let loudest = -60, checked = performance.now();
      const look = () => {
        analyser.getFloatTimeDomainData(samples);
        let peak = 0;
        for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
        const level = Math.max(-60, 20 * Math.log10(peak || 1e-4));
        if (watched) watched.value = Math.max(level, watched.value - 1.5);
        loudest = Math.max(loudest, level);
        if (performance.now() - checked > 2000) {
          if (tell) tell(loudest);
          loudest = -60;
          checked = performance.now();
        }
        requestAnimationFrame(look);
      };
      look();
    }
    context.resume();
  }

  function judge(loudest) {
    const hint = find("studio-hint");
    if (!hint) return;
    if (loudest < QUIET_DBFS) hint.textContent = words.wordQuiet;
    else if (loudest > LOUD_DBFS) hint.textContent = words.wordLoud;
    else hint.textContent = words.wordGood;
  }

  async function check() {
    try {
      await openMicrophone();
    } catch {
      find("studio-hint").textContent = words.wordNoMicrophone;
      return false;
    }
    watch(find("studio-level"), judge);
    return true;
  }

  // --- on air -----------------------------------------------------------------------------

  let told = null;
  let socket = null;
  let recorder = null;
  let speaks = false;
  let connectedAt = 0;
  let since = 0;
  let heard = null;

  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds) % 60).padStart(2, "0")}`;

  function address(token) {
    const base = words.url || `${location.protocol === "https:" ? "wss" : "ws"}://${location.hostname}:${words.port}`;
    return `${base.replace(/^http/, "ws")}/studio/1/microphone?token=${encodeURIComponent(token)}`;
  }

  function show() {
    air.hidden = false;
    air.dataset.state = told.state;
    const isOnAir = told.state === "on_air";
    find("air-state").textContent = isOnAir ? words.wordOnAir : told.state_text;
    find("air-playing").textContent = told.playing;
    find("air-online").textContent = told.online;
    find("air-until").textContent = told.until;
    find("air-stop").action = told.stop_url;
    const alarms = find("air-alarms");
    const lines = [...told.alarms];
    if (told.displaced_by) lines.push(`${words.wordDisplaced} ${told.displaced_by}`);
    if (alarms.textContent !== lines.join("")) {
      alarms.replaceChildren(...lines.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    }
    if (told.on_air_seconds) since = performance.now() - told.on_air_seconds * 1000;
    if (told.state === "ended" || told.state === "ending") {
      say(`${words.wordEnded} ${told.end_text}`);
      find("air-stop").hidden = true;
      leave();
      if (told.state === "ended") setTimeout(() => { window.location = told.page_url; }, 1500);
    }
  }

  setInterval(() => {
    if (told && since && told.state !== "ended") find("air-clock").textContent = clock((performance.now() - since) / 1000);
  }, 500);

  function say(text) {
    const place = find("air-say");
    if (place.textContent !== text) place.textContent = text;
  }

  async function poll() {
    if (!told || told.state === "ended") return;
    try {
      const answer = await fetch(told.state_url, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.ok) { told = await answer.json(); show(); }
    } catch { /* the line is down; the next round asks again */ }
    setTimeout(poll, 1500);
  }

  function hear(message) {
    heard = message;
    connectedAt = performance.now();
    find("air-delay").textContent = `${(message.delay_ms / 1000).toLocaleString(document.documentElement.lang)} ${words.wordSeconds}`;
    if (message.voice_in_ms > 0) say(`${words.wordWait} ${Math.ceil(message.voice_in_ms / 1000)}`);
    else if (message.silent_s >= 10) say(words.wordSilent);
    else if (message.clipping_s >= 10) say(words.wordClipping);
    else say(words.wordSpeak);
  }

  function record() {
    const kind = KINDS.find((name) => MediaRecorder.isTypeSupported(name));
    recorder = new MediaRecorder(stream, { audioBitsPerSecond: 64000, ...(kind ? { mimeType: kind } : {}) });
    const own = socket;
    recorder.addEventListener("dataavailable", (event) => {
      // What a standing line has not taken is old by now: the studio goes on at the live edge.
      if (event.data.size && own.readyState === WebSocket.OPEN) own.send(event.data);
    });
    recorder.start(PIECE_MS);
  }

  function connect() {
    if (!speaks || !told || !told.token) return;
    socket = new WebSocket(address(told.token));
    socket.binaryType = "arraybuffer";
    const own = socket;
    own.addEventListener("open", record);
    own.addEventListener("message", (event) => hear(JSON.parse(event.data)));
    own.addEventListener("close", (event) => {
      if (recorder && recorder.state !== "inactive") recorder.stop();
      if (!speaks) return;
      if (event.code === OVER) { say(words.wordEnded); return; }
      if (event.code === ELSEWHERE) { speaks = false; say(words.wordElsewhere); find("air-resume").hidden = false; return; }
      say(words.wordLost);
      setTimeout(again, event.code === REFUSED ? 1000 : 300);
    });
  }

  async function again() {
    if (!speaks) return;
    try {
      const answer = await fetch(told.state_url, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.ok) { told = await answer.json(); show(); }
    } catch { setTimeout(again, 1000); return; }
    if (told.token) connect();
  }

  function leave() {
    speaks = false;
    if (recorder && recorder.state !== "inactive") recorder.stop();
    if (socket) socket.close(1000);
    if (stream) stream.getTracks().forEach((track) => track.stop());
  }

  async function speak() {
    speaks = true;
    find("air-resume").hidden = true;
    watch(find("air-level"));
    connect();
    poll();
    // A phone that puts its screen out stops its microphone too.
    if (navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => {});
  }

  // A line that stands still says nothing: the person must know it before half a minute is over.
  setInterval(() => {
    if (speaks && heard && performance.now() - connectedAt > 3000) say(words.wordLost);
  }, 1000);

  window.addEventListener("beforeunload", (event) => {
    if (speaks && told && told.state !== "ended") event.preventDefault();
  });

  // --- the form ---------------------------------------------------------------------------

  function complain(texts) {
    find("studio-errors").replaceChildren(...texts.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    find("studio-errors").scrollIntoView({ block: "center" });
  }

  async function goLive(event) {
    const source = form.querySelector("[name=source]:checked");
    if (!source || source.value !== "microphone") return;
    event.preventDefault();
    const go = find("studio-go"), displace = find("studio-displace");
    const data = new FormData(form);
    data.delete("displaces");
    if (event.submitter === displace) data.set("displaces", "on");
    if (cannotRecord || !(await check())) { complain([words.wordNoMicrophone]); return; }
    go.disabled = displace.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const said = await answer.json();
      if (!answer.ok) {
        complain(said.errors);
        displace.hidden = !said.may_displace;
        return;
      }
      told = said;
      form.hidden = true;
      history.pushState({}, "", told.page_url);
      show();
      air.scrollIntoView({ block: "start" });
      speak();
    } catch {
      complain([words.wordOffline]);
    } finally {
      go.disabled = displace.disabled = false;
    }
  }

  function follow() {
    const source = form.querySelector("[name=source]:checked");
    const value = source ? source.value : "";
    find("studio-url").hidden = value !== "url";
    find("studio-encoder").hidden = value !== "encoder";
    find("studio-microphone").hidden = value !== "microphone" || cannotRecord;
  }

  if (form) {
    form.addEventListener("submit", goLive);
    form.addEventListener("change", follow);
    find("studio-check").addEventListener("click", check);
    follow();
  }
  if (air) {
    find("air-stop").addEventListener("submit", async (event) => {
      event.preventDefault();
      const own = event.target;
      try {
        const answer = await fetch(own.action, { method: "POST", body: new FormData(own), headers: { Accept: "application/json" } });
        const said = await answer.json();
        if (answer.ok) { told = said; speaks = false; show(); poll(); } else say(said.errors.join(" "));
      } catch {
        // The studio itself may still hear us.
        if (socket && socket.readyState === WebSocket.OPEN) socket.send('{"type":"stop"}');
        else say(words.wordOffline);
      }
    });
    find("air-resume").addEventListener("click", async () => {
      try { await openMicrophone(); } catch { say(words.wordNoMicrophone); return; }
      speak();
    });
    const given = document.getElementById("ls-told");
    if (given) {
      told = JSON.parse(given.textContent);
      show();
      if (told.token && !cannotRecord) find("air-resume").hidden = false;
      poll();
    }
  }
})();
