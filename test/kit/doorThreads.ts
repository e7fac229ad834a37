// Door threads that the servers of the tests have, on a Node.js that can: `POSTROOM_TEST_DOORS=2` has two from the start; unset, as the product decides.

/** To be spread into settings. */
export function doorThreads(): Readonly<Record<string, unknown>> {
  const doors = process.env['POSTROOM_TEST_DOORS'];
  return doors === undefined ? {} : { 'server.doors': Number(doors) };
}
