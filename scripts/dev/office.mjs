// What a server under development has around it: settings with an account, two users and ports that need no rights; and the practice ISP with its
// device, here, so that its mail outlives the server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PRACTICE_ADDRESSES, PRACTICE_PASSWORD, PracticeIsp, sampleMail } from '@postroom/sdk/testing';

const HOST = '127.0.0.1';
const ISP = { pop3: 11110, smtp: 11025, device: 11001 };
const LOGIN = 'mail';
const PASSWORD = 'dev';

const loopback = (port, security) => [{ host: HOST, port, security }];
const OFFICE = {
  account: {
    ...{ id: 'company', kind: 'regular', address: PRACTICE_ADDRESSES.regular, password: PRACTICE_PASSWORD },
    ...{ 'pop3.user': LOGIN, 'pop3.host': HOST, 'pop3.port': ISP.pop3, 'pop3.security': 'plain' },
    ...{ 'smtp.host': HOST, 'smtp.port': ISP.smtp, 'smtp.security': 'plain' },
  },
  users: [
    { name: 'andrew', password: PASSWORD },
    { name: 'greg', password: PASSWORD, cc: ['andrew'] },
  ],
  adminPassword: PASSWORD,
  settings: {
    'plugins.enabled': ['postroom.licensing-pro'],
    'licensing.device.address': HOST,
    'licensing.device.port': ISP.device,
    'pop3.listen': loopback(1110, 'starttls'),
    'smtp.listen': loopback(1025, 'starttls'),
    'admin-ui.listen': loopback(8110, 'plain'),
  },
};

/** The practice ISP has to be open. Throws where `postroom setup` fails. */
export async function setUpOffice(root, dataDir, say) {
  say(`Setting up an office in ${dataDir}: users andrew and greg, and ADMIN1, all with the password "${PASSWORD}".`);
  const folder = await mkdtemp(path.join(tmpdir(), 'postroom-dev-'));
  try {
    const file = path.join(folder, 'office.json');
    await writeFile(file, JSON.stringify(OFFICE));
    const args = [path.join(root, 'core', 'bin', 'postroom.mjs'), 'setup', '--from', file, '--data', dataDir];
    const setup = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [setup.stdout, setup.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const [code] = await once(setup, 'close');
    if (code !== 0) throw new Error(`The office for development could not be set up:\n${output}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** With the sample mail for the account. `undefined` where a port is taken, by another `npm run dev` for example, which is said. */
export async function openIsp(say) {
  try {
    const isp = await PracticeIsp.start({ tls: false, pop3: { port: ISP.pop3 }, smtp: { port: ISP.smtp }, device: { port: ISP.device } });
    const samples = sampleMail(PRACTICE_ADDRESSES).filter(({ account }) => account === 'regular');
    for (const { text } of samples) isp.mailbox(LOGIN).put(text);
    return isp;
  } catch (error) {
    say(`The practice ISP could not be opened: ${error.message}`);
    return undefined;
  }
}
