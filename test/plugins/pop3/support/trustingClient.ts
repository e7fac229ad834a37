// A process of its own that tests logins, as its certificate store can only be set from outside (NODE_EXTRA_CA_CERTS).
// Arguments: `host port`, one after the other. Prints what came of each, as JSON.
import { VirtualClock } from '@postroom/sdk/testing';
import type { IspAccount } from '#plugins/pop3/dist/client/ispAccount.js';
import { KnownWays } from '#plugins/pop3/dist/client/login/knownWays.js';
import { probeLogin } from '#plugins/pop3/dist/client/probeLogin.js';

const places = process.argv.slice(2);
const clock = new VirtualClock();
const results: unknown[] = [];
for (let at = 0; at < places.length; at += 2) {
  const account: IspAccount = {
    id: 'company',
    host: places[at] ?? '',
    port: Number(places[at + 1]),
    security: 'tls',
    auth: 'auto',
    user: 'mail',
    password: 'isp secret',
    pin: undefined,
    leaveOnServerDays: 0,
    maxMessageBytes: 1_000_000,
    connectMs: 60_000,
    replyMs: 60_000,
  };
  results.push(await probeLogin(account, { clock, known: new KnownWays() }, new AbortController().signal));
}
process.stdout.write(JSON.stringify(results));
