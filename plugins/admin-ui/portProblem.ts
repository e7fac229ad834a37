// What to do about a port of the manager that cannot be opened.

/** Why a port of the manager is not open and what to do. */
export function portProblem(error: NodeJS.ErrnoException, host: string | undefined, port: number): string {
  const where = `The manager's port ${port}${host === undefined ? '' : ` at ${host}`}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program, perhaps a second Postroom. Stop it, or set admin-ui.listen to another port.`;
    case 'EACCES':
      return `${where} needs a right that this process does not have. Set admin-ui.listen to a port above 1023.`;
    case 'EADDRNOTAVAIL':
      return `${where} could not be opened: no interface of this machine has the address. Correct "host" in admin-ui.listen.`;
    default:
      return `${where} could not be opened: ${error.message}. Check admin-ui.listen.`;
  }
}
