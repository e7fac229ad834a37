// What the doctor hears of a check. A plugin contributes one by naming a command: `"checks": [{ "command": "clamav.check" }]`.

/** One thing that was looked at. A contributed command answers a list of these; it is called without arguments, and may find nothing to say. */
export interface CheckResult {
  /** What was looked at: `database`, `port 110` ... */
  readonly check: string;
  readonly state: 'well' | 'warning' | 'problem';
  /** A sentence. Names the commands that mend it, too. */
  readonly text: string;
  /** The same commands, as buttons for the manager. */
  readonly actions?: readonly CheckAction[];
}

/** A command that mends what was found. */
export interface CheckAction {
  readonly title: string;
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What it comes to, where that has to be known before: asked about first. */
  readonly warning?: string;
}
