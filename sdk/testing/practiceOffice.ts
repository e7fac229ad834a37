// An office whose mail is at the practice ISP: of the demo, of the test host and of Postroom's own tests.
import type { PracticeIsp } from './practiceIsp.js';
import type { SampleAddresses } from './sampleMail.js';

type Properties = Readonly<Record<string, unknown>>;

/** The address of its regular account and the domain of its domain account, as `sampleMail` takes them. */
export const PRACTICE_ADDRESSES: SampleAddresses = { regular: 'mail@company.example', domain: 'works.example' };

/** How the practice ISP is reached, as properties of an account. */
export function practiceServers({ pop3, smtp }: PracticeIsp): Properties {
  return {
    'pop3.host': pop3.host,
    'pop3.port': pop3.port,
    'pop3.security': 'plain',
    'smtp.host': smtp.host,
    'smtp.port': smtp.port,
    'smtp.security': 'plain',
  };
}

/**
 * Properties of settings.json: the edition Pro, the network device, and the accounts `company` (regular: andrew, greg, carolyn, whose mail is copied
 * to greg) and `works` (domain: lisa, who is sales too, and john). Their mailboxes at the ISP are `mail` and `post`.
 */
export function practiceOffice(isp: PracticeIsp): Properties & { readonly accounts: Readonly<Record<'company' | 'works', Properties>> } {
  const { regular, domain } = PRACTICE_ADDRESSES;
  const servers = practiceServers(isp);
  return {
    'plugins.enabled': ['postroom.licensing-pro'],
    'licensing.device.address': isp.device.host,
    'licensing.device.port': isp.device.port,
    accounts: {
      company: { kind: 'regular', address: regular, ...servers, users: { andrew: {}, greg: {}, carolyn: { 'cc.to': ['greg'] } } },
      works: { kind: 'domain', address: `post@${domain}`, ...servers, users: { lisa: { aliases: ['sales'] }, john: {} } },
    },
  };
}
