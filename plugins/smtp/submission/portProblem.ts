// Why an SMTP port is not open, and what to do, for people.
import { sentenceOf } from '@postroom/sdk';
import type { SubmissionPort } from './front/submissionFront.js';

export function smtpPortProblem({ host, port }: SubmissionPort, error: NodeJS.ErrnoException): string {
  const where = `${port === 0 ? 'A free port' : `Port ${port}`}${host === undefined ? '' : ` at ${host}`}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return `${where} is in use by another program. Stop that mail server, or choose another port in "smtp.listen".`;
    case 'EACCES':
      return `${where} needs special rights (below 1024). Start Postroom as a service that may open it, or choose another port in "smtp.listen".`;
    case 'EADDRNOTAVAIL':
      return `${where} cannot be opened: this computer does not have that address. Correct "host" in "smtp.listen".`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${where} cannot be opened: no address is known by that name. Write an IP address as "host" in "smtp.listen".`;
    default:
      return `${where} cannot be opened (${sentenceOf(error)}). Check "smtp.listen".`;
  }
}
