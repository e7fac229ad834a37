// `plugins new` where it can't: at once, with the reason, and nothing left behind.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { expect } from 'chai';
import { exitCodeOf } from '#plugins/platform/cli/dist/exitCodes.js';
import { newPlugin } from '#plugins/platform/plugin-manager/dist/authoring/pluginTemplate.js';

const WISH = { name: 'my-filter', publisher: 'me', template: 'filter' } as const;

describe('a new plugin', () => {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'postroom-new-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  async function refusal(into: string): Promise<PostroomError> {
    const error = await newPlugin({ ...WISH, into }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(PostroomError);
    return error as PostroomError;
  }

  it('is refused where a file is in its place, with exit code 1', async () => {
    const into = path.join(home, 'my-filter');
    await writeFile(into, 'mine');
    const error = await refusal(into);
    expect(error.message).to.equal(`${into} cannot be written: a file is in its place. Name another folder with --into.`);
    expect(exitCodeOf(error)).to.equal(1);
  });

  it('is refused at once where nothing can be written, with exit code 1', async function () {
    if (process.platform !== 'linux') this.skip();
    for (const into of ['/proc/my-filter', '/sys/my-filter', '/dev/null/my-filter']) {
      const error = await refusal(into);
      expect(error.message).to.match(/^\/\w+\/[\w/-]+ cannot be written: .*\. Name another folder with --into\.$/);
      expect(exitCodeOf(error)).to.equal(1);
    }
  });

  it('is refused in a folder that holds something', async () => {
    await mkdir(path.join(home, 'mine'));
    expect((await refusal(home)).message).to.equal(`${home} is not empty. Name another folder with --into.`);
    expect(await readdir(home)).to.deep.equal(['mine']);
  });
});
