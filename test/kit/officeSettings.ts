// The office of the tests: a regular account `company` and a domain account `works` at the practice ISP, without a timer.
import type { PracticeIsp } from '@postroom/sdk/testing';

export const REGULAR = 'mail@company.example';
export const DOMAIN = 'works.example';

/** Where the practice ISP is, as properties of an account. */
export function ispServers(isp: PracticeIsp): Readonly<Record<string, unknown>> {
  return {
    'pop3.host': isp.pop3.host,
    'pop3.port': isp.pop3.port,
    'pop3.security': 'plain',
    'smtp.host': isp.smtp.host,
    'smtp.port': isp.smtp.port,
    'smtp.security': 'plain',
  };
}

/** settings.json as data. Carolyn's mail is copied to Greg. */
export function officeSettings(isp: PracticeIsp): Readonly<Record<string, unknown>> {
  const servers = ispServers(isp);
  return {
    'plugins.enabled': ['postroom.licensing-pro'],
    'server.name': 'post.office.example',
    'licensing.device.address': isp.device.host,
    'licensing.device.port': isp.device.port,
    'log.level': 'debug',
    'timer.everyMinutes': 0,
    'timer.outboxCount': 0,
    'pop3.listen': [{ host: '127.0.0.1', port: 0, security: 'plain' }],
    'smtp.listen': [{ host: '127.0.0.1', port: 0, security: 'plain' }],
    // Without the manager: its port is one for the whole machine.
    'admin-ui.listen': [],
    accounts: {
      company: { kind: 'regular', address: REGULAR, ...servers, users: { andrew: {}, greg: {}, carolyn: { 'cc.to': ['greg'] } } },
      works: { kind: 'domain', address: `post@${DOMAIN}`, ...servers, users: { lisa: { aliases: ['sales'] }, john: {} } },
    },
  };
}
