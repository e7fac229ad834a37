// A process that changes the key of the secrets and ends itself before the n-th thing that it does to the disk: `node rotatingVictim.js FOLDER N`.
import { countSteps, killBefore } from '../../../kit/killedSteps.js';

countSteps();
const [folder = '', nth = '0'] = process.argv.slice(2);
await import('#core/base/injection.js');
const { folderSecrets } = await import('../../../kit/folderSecrets.js');
const { SystemClock } = await import('@postroom/sdk/base');
const { createLog } = await import('#core/base/log.js');
const store = await folderSecrets(folder, new SystemClock(), createLog('fatal', process.stderr));
killBefore(Number(nth));
await store.rotateKey();
