// A process that restores a backup and ends itself before the n-th thing that it does to the disk: `node restoringVictim.js BACKUP FOLDER N`.
import { countSteps, killBefore } from '../../../kit/killedSteps.js';

countSteps();
const [backup = '', folder = '', nth = '0'] = process.argv.slice(2);
const { restoreBackup } = await import('#plugins/platform/backup/dist/restoreBackup.js');
const { SqliteFiles } = await import('#plugins/platform/store-sqlite/dist/sqliteFiles.js');
const { SystemClock } = await import('@postroom/sdk/base');
const clock = new SystemClock();
killBefore(Number(nth));
await restoreBackup(backup, folder, { files: new SqliteFiles(clock), clock }, () => undefined);
