// Door threads that the servers of the tests have, on a Node.js that can: `POSTROOM_TEST_DOORS=2` has two from the start; unset, as the product decides.

/** Whether every server of the tests has door threads, whatever there is to do. */
export function hasDoorThreads(): boolean {
  return process.env['POSTROOM_TEST_DOORS'] !== undefined;
}

/** Skips a test of a clock that it moves: time in a door thread is the system's. */
export function needsOneClock(context: Mocha.Context): void {
  if (!hasDoorThreads()) return;
  process.stderr.write("Skipped: its clock is the main thread's, and octets are read in a door thread.\n");
  context.skip();
}

/** To be spread into settings. */
export function doorThreads(): Readonly<Record<string, unknown>> {
  const doors = process.env['POSTROOM_TEST_DOORS'];
  return doors === undefined ? {} : { 'server.doors': Number(doors) };
}
