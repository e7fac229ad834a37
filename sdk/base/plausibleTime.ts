// A wall clock can be wrong: set ahead by mistake, back by a time server, or decades back by an empty battery.

/** What looks at the clock looks daily or oftener: where more than this passed, the clock may be wrong, or the machine was off. */
const EXPECTED_WITHIN_MS = 36 * 3_600_000;

/** Whether the clock says what it may say, when it was last looked at `last`: the rule where no other clock ran in between. */
export function isPlausible(last: Date, now: Date): boolean {
  const passed = now.getTime() - last.getTime();
  return passed >= 0 && passed <= EXPECTED_WITHIN_MS;
}
