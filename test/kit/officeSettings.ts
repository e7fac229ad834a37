// The practice office of the tests, without a timer and without the manager.
import { PRACTICE_ADDRESSES, type PracticeIsp, practiceOffice, practiceServers } from '@postroom/sdk/testing';
import { doorThreads } from './doorThreads.js';

export const REGULAR = PRACTICE_ADDRESSES.regular;
export const DOMAIN = PRACTICE_ADDRESSES.domain;

/** Where the practice ISP is, as properties of an account. */
export const ispServers = practiceServers;

/** settings.json as data. */
export function officeSettings(isp: PracticeIsp): Readonly<Record<string, unknown>> {
  return {
    ...practiceOffice(isp),
    'server.name': 'post.office.example',
    'log.level': 'debug',
    // The temporary folder may be a small one.
    'server.freeSpaceFloorMB': 1,
    'timer.everyMinutes': 0,
    'timer.outboxCount': 0,
    'pop3.listen': [{ host: '127.0.0.1', port: 0, security: 'plain' }],
    'smtp.listen': [{ host: '127.0.0.1', port: 0, security: 'plain' }],
    // The clients of the tests log in, by a few words less.
    'smtp.plaintextNetworks': ['127.0.0.1'],
    // Its port is one for the whole machine.
    'admin-ui.listen': [],
    ...doorThreads(),
  };
}
