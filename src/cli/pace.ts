/** How fast something goes, from what was done in the last seconds. */
export class Pace {
  readonly #samples: { readonly at: number; readonly done: number }[] = [];

  static readonly WINDOW = 10_000;
  static readonly LEAST = 1000;

  /** Takes note of how much is done at a time, in milliseconds. */
  note(at: number, done: number): void {
    this.#samples.push({ at, done });
    // One sample from before the window stays, so that the window is always full.
    while ((this.#samples[1]?.at ?? at) < at - Pace.WINDOW) this.#samples.shift();
  }

  /** Per second; unknown until a second has passed. */
  get perSecond(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const time = last.at - first.at;
    return time < Pace.LEAST ? undefined : ((last.done - first.done) / time) * 1000;
  }

  /** The milliseconds that the rest takes; unknown where nothing is done. */
  remaining(rest: number): number | undefined {
    const rate = this.perSecond;
    return rate === undefined || rate <= 0 ? undefined : (rest / rate) * 1000;
  }
}
