import { waitingScores } from '../../../components/weight-sum/weight-sum.ts';
import { ForkTiming } from '../../timing/fork.ts';
import { Queue } from '../../timing/queue.ts';
import type { Token } from './store.ts';

/**
 * What a CORELET has besides with normalisation `probability`: copies of scores and peaks go to `weight_sum`, and the reciprocal of the
 * sum comes back before the values are weighed.
 */
export class DivisionTiming {
  readonly scales: Queue<true>;
  /** The sum of this CORELET's weights waits to be added to the others'. */
  telling = false;

  private readonly scoreCopies = new ForkTiming(2);
  private readonly peakCopies = new ForkTiming(2);
  private readonly peaks = new Queue<true>(2);
  private readonly waiting: Queue<Token>;
  private fetched: Token | undefined;
  private lookedUp: Token | undefined;
  private weighed: Token | undefined;

  constructor(localTokens: number, contexts: number) {
    this.waiting = new Queue(waitingScores({ localTokens }));
    this.scales = new Queue(contexts);
  }

  /** Whether a score is taken by the softmax, and whether by both readers; `ready`: the softmax would take one. */
  lookScores(valid: boolean, ready: boolean) {
    return this.scoreCopies.look(valid, (way) => (way === 0 ? ready : this.waiting.takes));
  }

  /** The same of a peak; `ready`: the softmax's queue would take one. */
  lookPeaks(valid: boolean, ready: boolean) {
    return this.peakCopies.look(valid, (way) => (way === 0 ? ready : this.peaks.takes));
  }

  /** One clock edge: what was said of scores and peaks, the score and the peak there were, whether the total moves, a scale comes. */
  step(
    scores: ReturnType<DivisionTiming['lookScores']>,
    score: Token | undefined,
    peaks: ReturnType<DivisionTiming['lookPeaks']>,
    peak: boolean,
    totalReady: boolean,
    scale: boolean,
    scaleUsed: boolean,
  ): void {
    const advance = !this.telling || totalReady;
    const weigh = this.fetched !== undefined && this.peaks.head !== undefined && advance;
    const fetch = this.waiting.head !== undefined && (this.fetched === undefined || weigh);
    const peakDone = weigh && this.fetched!.last;
    const next = fetch ? this.waiting.head : undefined;
    if (advance) {
      this.telling = this.weighed?.last ?? false;
      this.weighed = this.lookedUp;
      this.lookedUp = weigh ? this.fetched : undefined;
    }
    if (fetch || weigh) this.fetched = next;
    this.waiting.step(scores.moves[1] ? score : undefined, fetch);
    this.peaks.step(peaks.moves[1] ? true : undefined, peakDone);
    this.scales.step(scale ? true : undefined, scaleUsed);
    this.scoreCopies.step(score !== undefined, scores);
    this.peakCopies.step(peak, peaks);
  }
}
