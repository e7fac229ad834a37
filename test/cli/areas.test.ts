// An area of the command line: the commands of every plugin that has some in it, under the title that one of them gives it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { Office } from '../kit/office.js';

describe('an area of the command line', function () {
  this.timeout(90_000);
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'postroom-areas-'));
  });
  after(() => rm(folder, { recursive: true }));

  const help = async (...words: readonly string[]): Promise<string> => {
    const { code, out } = await Office.prototype.run.call({ dataDir: folder }, [...words]);
    expect(code).to.equal(0);
    return out.replace(/\s+/g, ' ');
  };

  it('shows commands of several plugins, and its own title where a plugin has the same name', async () => {
    const mailboxes = 'Mailboxes: how much mail waits where, move a message';
    const text = await help('mailboxes', '--help');
    expect(text).to.include(`Usage: postroom mailboxes [options] [command] ${mailboxes} Options`);
    expect(text).to.match(/ list \[options\] .* move \[options\] <message> <user> .* show \[options\] <mailbox> /);
    expect(await help('--help')).to.include(` mailboxes ${mailboxes} `);
    expect(await help('mailboxes', 'move', '--help')).to.include('Usage: postroom mailboxes move');
    expect(await help('mailboxes', 'show', '--help')).to.include('Example: postroom mailboxes show andrew');
  });

  it('is listed once, with its title, for each of the plugins about mail and the service', async () => {
    const text = await help('--help');
    for (const area of ['outbox', 'held', 'waiting', 'mailboxes', 'log', 'service'])
      expect(text.match(new RegExp(` ${area} [A-Z]`, 'g')), area).to.have.length(1);
  });
});
