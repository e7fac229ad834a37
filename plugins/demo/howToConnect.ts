// What the demo says while it stays up: where its server listens, and what to try.
import { hostAndPort, managerAddress, shellWord } from '@postroom/sdk/base';
import { PortCatalogue, type ProgramServer } from '@postroom/sdk/services';

/** Everybody's password in the demo, which listens on loopback and forgets everything at its end. */
export const PASSWORD = 'demo';

export function howToConnect(server: ProgramServer): string {
  const ports = server.get(PortCatalogue).ports.filter(({ problem }) => problem === undefined);
  const of = (protocol: string): string =>
    ports
      .filter((port) => port.protocol === protocol)
      .map((port) => `${hostAndPort(port)} (${port.security})`)
      .join(', ');
  const manager = managerAddress(ports);
  const pop3 = ports.find((port) => port.protocol === 'pop3');
  return [
    '',
    'The server stays up. Connect a mail client, or try:',
    `  POP3  ${of('pop3')}     users andrew, greg, carolyn, lisa, john, admin1; password ${PASSWORD}`,
    `  SMTP  ${of('smtp')}     log in as well: nobody sends without a login`,
    ...(manager === undefined ? [] : [`  Manager  ${manager}     password of ADMIN1: ${PASSWORD}`]),
    '',
    `  curl --user andrew:${PASSWORD} pop3://${pop3?.host ?? '127.0.0.1'}:${pop3?.port ?? 110}/1`,
    `  npx postroom status --data ${shellWord(server.dataDir)}`,
    '',
    'Ctrl+C ends it; nothing is kept.',
  ].join('\n');
}
