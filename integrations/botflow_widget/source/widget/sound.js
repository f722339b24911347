/** Two short notes, made here: no file, and nothing before the person has turned the sound on. */

/** @type {AudioContext | undefined} */
let context;

export function chime() {
  try {
    context ??= new AudioContext();
    const volume = context.createGain();
    volume.connect(context.destination);
    volume.gain.setValueAtTime(0.06, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.4);
    [660, 880].forEach((pitch, at) => {
      const note = /** @type {AudioContext} */ (context).createOscillator();
      note.frequency.value = pitch;
      note.connect(volume);
      note.start(/** @type {AudioContext} */ (context).currentTime + at * 0.12);
      note.stop(/** @type {AudioContext} */ (context).currentTime + 0.4);
    });
  } catch { /* a browser without sound */ }
}
