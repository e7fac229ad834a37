// One call of a hook: what it is told, and what each tap did in it.
import type { TapFailure } from './guard.js';

/** How failures in a call count. */
export interface CallRules {
  /** Somebody only wants to see the answer: what fails is shown, and switches no plugin off. */
  readonly isPreview?: boolean;
  /** Asked when the call is over. True: what failed was no fault of the plugins. */
  readonly isExcused?: () => boolean;
}

/** What one call of a hook left behind: each tap's part, in order. The caller makes one for each call. */
export class HookCall {
  readonly steps: HookStep[] = [];
  /** Number of the build that this call saw; all of a call sees one. */
  build = 0;

  /** `signal`: cancels the call, which is not reported then. */
  constructor(
    readonly signal?: AbortSignal,
    readonly rules?: CallRules,
  ) {}

  get failures(): readonly TapFailure[] {
    return this.steps.flatMap((step) => step.failure ?? []);
  }
}

/** One tap's part in a call. */
export interface HookStep {
  readonly tap: string;
  readonly plugin: string;
  /** The first argument, as the tap got it: in a waterfall the value so far. */
  readonly before: unknown;
  /** `undefined` where the tap had nothing to say or failed. */
  readonly answer: unknown;
  readonly milliseconds: number;
  readonly failure: TapFailure | undefined;
  /** What the manifest wants done when the tap fails. */
  readonly onError: 'hold' | 'skip';
}
