// A process that changes the key of the secrets and ends itself before the n-th thing that it does to the disk: `node rotatingVictim.js FOLDER N`.
import { countSteps, killBefore } from '../../../kit/killedSteps.js';

countSteps();
const [folder = '', nth = '0'] = process.argv.slice(2);
await import('#core/base/injection.js');
const { FileSecretStore } = await import('#plugins/platform/secrets/dist/secretStore.js');
const { SystemClock } = await import('@postroom/sdk/base');
const { createLog } = await import('#core/base/log.js');
const store = new FileSecretStore(folder, new SystemClock(), createLog('fatal', process.stderr));
await store.open();
killBefore(Number(nth));
await store.rotateKey();
