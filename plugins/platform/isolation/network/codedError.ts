// An error with a code in the way of Node's own: what programs that use a network ask for.
export function coded(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
