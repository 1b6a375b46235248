/* What plain forms cannot do: the telephone's time, a recording made here, and speaking live. */
(() => {
  "use strict";
  const find = (name, root = document) => root.querySelector(`[data-${name}]`);
  for (const field of document.querySelectorAll("input[name=time]")) field.value = new Date().toISOString();

  async function openMicrophone() {
    // The browser's noise suppression is made for calls and eats tones of Vietnamese.
    return navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: true },
    });
  }

  const recorder = find("recorder");
  if (recorder && window.MediaRecorder && navigator.mediaDevices) {
    const button = find("record", recorder), heard = find("heard", recorder), tell = find("tell", recorder);
    const file = document.querySelector("input[name=recording]");
    let running = null, timer = null;
    recorder.hidden = false;
    button.addEventListener("click", async () => {
      if (running) { running.stop(); return; }
      let stream;
      try { stream = await openMicrophone(); } catch { tell.textContent = recorder.dataset.none; return; }
      const parts = [];
      running = new MediaRecorder(stream);
      running.ondataavailable = (event) => parts.push(event.data);
      running.onstop = () => {
        clearInterval(timer);
        stream.getTracks().forEach((track) => track.stop());
        const type = running.mimeType || "audio/webm";
        running = null;
        const made = new File(parts, "ghi-am", { type });
        const list = new DataTransfer();
        list.items.add(made);
        file.files = list.files;
        heard.src = URL.createObjectURL(made);
        heard.hidden = false;
        button.textContent = recorder.dataset.again;
      };
      running.start();
      const since = Date.now();
      button.textContent = recorder.dataset.stop;
      timer = setInterval(() => {
        const seconds = Math.floor((Date.now() - since) / 1000);
        tell.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        if (seconds >= 175 && running) running.stop();
      }, 250);
    });
  }

  const air = find("air");
  if (!air) return;
  const speak = find("speak", air), stop = find("stop", air), meter = find("level", air), tell = find("tell", air);
  let context = null, stream = null, waiting = [], gathered = 0, isSending = false, isStopping = false, isOver = false;

  function over(text) {
    isOver = true;
    if (stream) stream.getTracks().forEach((track) => track.stop());
    if (context) context.close();
    speak.hidden = true; stop.hidden = true; meter.value = 0;
    tell.textContent = text;
  }

  async function send() {
    if (isSending || isOver || !gathered || (!isStopping && gathered < context.sampleRate / 5)) return;
    isSending = true;
    const samples = new Int16Array(gathered);
    let at = 0;
    for (const block of waiting) { samples.set(block, at); at += block.length; }
    waiting = []; gathered = 0;
    try {
      const answer = await fetch(`${air.dataset.url}/am?rate=${context.sampleRate}`, { method: "POST", body: samples });
      if (!answer.ok) { over(air.dataset.over); return; }
      const told = await answer.json();
      tell.textContent = `${air.dataset.live} ${Math.floor(told.left / 60)}:${String(told.left % 60).padStart(2, "0")}`;
    } catch { tell.textContent = air.dataset.lost; }
    isSending = false;
    send();
  }

  speak.addEventListener("click", async () => {
    try { stream = await openMicrophone(); } catch { tell.textContent = air.dataset.none; return; }
    speak.disabled = true;
    context = new AudioContext();
    await context.audioWorklet.addModule("/tinh/microphone.js");
    const node = new AudioWorkletNode(context, "microphone");
    context.createMediaStreamSource(stream).connect(node);
    node.port.onmessage = (event) => {
      if (isOver || isStopping) return;
      const block = new Int16Array(event.data.length);
      let peak = 0;
      event.data.forEach((value, at) => {
        peak = Math.max(peak, Math.abs(value));
        block[at] = Math.max(-1, Math.min(1, value)) * 32767;
      });
      meter.value = Math.max(peak, meter.value * 0.9);
      // A second and a half of backlog: what was said then is old.
      if (gathered > context.sampleRate * 1.5) { waiting = []; gathered = 0; }
      waiting.push(block); gathered += block.length;
      send();
    };
    stop.hidden = false; speak.hidden = true; stop.focus();
  });
  stop.addEventListener("click", async () => {
    // The last word is still here, less than a block.
    isStopping = true;
    stop.disabled = true;
    stream.getTracks().forEach((track) => track.stop());
    while (isSending && !isOver) await new Promise((done) => setTimeout(done, 20));
    await send();
    if (isOver) return;
    isOver = true;
    try { await fetch(`${air.dataset.url}/het`, { method: "POST" }); } catch { /* the box ends it itself */ }
    over(air.dataset.over);
  });
})();
