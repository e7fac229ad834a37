import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ROOT } from '../../kit/sourceFiles.js';

const ASK = "import { machineTimeZone } from '@postroom/sdk/base'; process.stdout.write(machineTimeZone());";

/** What a server says whose environment has this TZ. */
async function zoneUnder(TZ: string): Promise<string> {
  const options = { cwd: ROOT, env: { ...process.env, TZ } };
  return (await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', ASK], options)).stdout;
}

describe('the time zone of the machine', () => {
  it('is its name', async () => {
    expect(await zoneUnder('Pacific/Chatham')).to.equal('Pacific/Chatham');
  });

  for (const [TZ, zone] of [
    ['', 'UTC'],
    ['Mars/Olympus', 'UTC'],
    ['GMT+5', 'Etc/GMT+5'],
  ] as const) {
    it(`is ${zone} where TZ is "${TZ}", which names none: rounds are planned all the same`, async () => {
      expect(await zoneUnder(TZ)).to.equal(zone);
      expect(() => new Intl.DateTimeFormat('en', { timeZone: zone })).to.not.throw();
    });
  }
});
