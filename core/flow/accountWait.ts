// How long an account waits after a failure that concerns all of it, in milliseconds: for fetching as for sending. Pure.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** `code`: of the last failure. `failures`: in a row. */
export function accountWait(code: string, failures: number): number {
  switch (code) {
    case 'isp/in-use':
      return Math.min(failures, 5) * MINUTE;
    case 'isp/login-refused':
    case 'isp/permanent':
    case 'isp/no-password':
      return Math.min(30 * MINUTE * 2 ** (failures - 1), 4 * HOUR);
    default:
      return Math.min(2 ** (failures - 1) * MINUTE, 30 * MINUTE);
  }
}
