// Why a port could not be opened, as a sentence with the way out.

/** `where` is host and port as configured, for example `port 110` or `192.168.1.2 port 110`. */
export function portProblem(error: NodeJS.ErrnoException, host: string | undefined, port: number): string {
  const asked = port === 0 ? 'A free port' : `Port ${port}`;
  const where = host === undefined ? asked : `${asked} at ${host}`;
  switch (error.code) {
    case 'EACCES':
      return `${where} needs a right that this process does not have: ports below 1024 are for root. Set pop3.listen to another port or grant CAP_NET_BIND_SERVICE (setcap cap_net_bind_service=+ep on the node binary, or AmbientCapabilities in the service's unit).`;
    case 'EADDRINUSE':
      return `${where} is in use by another program, perhaps Dovecot, Courier or a second Postroom. Find it with "ss -ltnp sport = :${port}" and stop it, or set pop3.listen to another port.`;
    case 'EADDRNOTAVAIL':
      return `${where} could not be opened: no interface of this machine has the address. Correct "host" in pop3.listen, or leave it out to listen on every address.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${where} could not be opened: the name cannot be resolved. Write an IP address as "host" in pop3.listen.`;
    default:
      return `${where} could not be opened: ${error.message}. Check pop3.listen.`;
  }
}
