/* Hands the microphone's samples on, 40 ms at a time. */
class Microphone extends AudioWorkletProcessor {
  constructor() { super(); this.block = new Float32Array(2048); this.held = 0; }
  process(inputs) {
    const samples = inputs[0][0];
    if (!samples) return true;
    this.block.set(samples, this.held);
    this.held += samples.length;
    if (this.held >= this.block.length) { this.port.postMessage(this.block.slice()); this.held = 0; }
    return true;
  }
}
registerProcessor("microphone", Microphone);
