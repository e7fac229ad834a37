// What the file promises as a source of the settings.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { etagOf, LARGEST_SETTINGS_TEXT } from '@postroom/sdk/services';
import { expect } from 'chai';
import { SettingsFile } from '#plugins/platform/settings-file/dist/settingsFile.js';

describe('SettingsFile', () => {
  let folder: string;
  let source: SettingsFile;
  let warnings: string[];
  const file = (): string => join(folder, 'settings.json');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'postroom-source-'));
    warnings = [];
    source = new SettingsFile(folder, { warn: (line) => warnings.push(line) });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('says that nothing is there, and writes the first text for its owner only', async () => {
    expect(await source.read()).to.include({ text: undefined, isMissing: true });
    expect(await source.write('{}', undefined)).to.deep.equal({ etag: etagOf('{}') });
    expect(await source.read()).to.deep.equal({ text: '{}', etag: etagOf('{}') });
    expect((await stat(file())).mode & 0o777).to.equal(0o600);
  });

  it('takes the place of the version that was read, and of no other', async () => {
    await writeFile(file(), '{ "one": 1 }');
    const one = etagOf('{ "one": 1 }');
    expect(await source.write('{ "two": 2 }', one)).to.deep.equal({ etag: etagOf('{ "two": 2 }') });
    expect(await source.write('{ "three": 3 }', one)).to.equal('conflict');
    expect(await readFile(file(), 'utf8')).to.equal('{ "two": 2 }');
    await rm(file());
    expect(await source.write('{ "three": 3 }', one), 'gone is another version').to.equal('conflict');
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('takes the place of what cannot be read where no version is named', async () => {
    await writeFile(file(), Buffer.from([0xff, 0xfe, 0x00]));
    expect(await source.read()).to.include({ text: undefined, isMissing: false });
    expect(await source.write('{}', undefined)).to.deep.equal({ etag: etagOf('{}') });
    await writeFile(file(), ' '.repeat(LARGEST_SETTINGS_TEXT + 1));
    expect(await source.read()).to.have.property(
      'refusal',
      `The file has ${LARGEST_SETTINGS_TEXT + 1} octets; more than ${LARGEST_SETTINGS_TEXT} are not read.`,
    );
    expect(await source.write('{}', undefined)).to.deep.equal({ etag: etagOf('{}') });
  });

  it('says what could not be written and why, with nothing changed', async () => {
    await mkdir(file());
    const failure = await source.write('{}', undefined).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(PostroomError).with.property('code', 'data/not-writable');
    expect((failure as Error).message).to.match(/^settings\.json could not be written \(.+\)\.$/);
    await rm(file(), { recursive: true });
    const gone = await new SettingsFile(join(folder, 'gone'), { warn: () => undefined })
      .write('{}', undefined)
      .catch((error: unknown) => error);
    expect((gone as Error).message).to.match(
      /gone\/settings\.json could not be made \(.+\)\. See to the permissions and the room of the data folder\.$/,
    );
    expect(await readdir(folder), 'no half of it is left').to.deep.equal([]);
  });

  it('keeps a link a link, and the permissions of the file behind it', async () => {
    await mkdir(join(folder, 'elsewhere'));
    const target = join(folder, 'elsewhere', 'settings.json');
    await writeFile(target, '{}');
    await chmod(target, 0o640);
    await symlink(target, file());
    await source.write('{ "one": 1 }', etagOf('{}'));
    expect([await readFile(target, 'utf8'), (await stat(target)).mode & 0o777]).to.deep.equal(['{ "one": 1 }', 0o640]);
  });

  it('tells of what an editor writes', async () => {
    await writeFile(file(), '{}');
    const heard = new Promise<void>((resolve) => {
      const watching = source.onDidChange(() => {
        void watching.dispose();
        resolve();
      });
    });
    await writeFile(file(), '{ "one": 1 }');
    await heard;
  });

  it('keeps the schema beside the file for editors, and only warns where it cannot', async () => {
    const schema = join(folder, 'settings.schema.json');
    await source.offerSchema({ type: 'object' });
    const { mtimeMs } = await stat(schema);
    expect(JSON.parse(await readFile(schema, 'utf8'))).to.deep.equal({ type: 'object' });
    await source.offerSchema({ type: 'object' });
    expect((await stat(schema)).mtimeMs, 'the same one is left alone').to.equal(mtimeMs);
    expect(warnings).to.deep.equal([]);
    await rm(schema);
    await mkdir(schema);
    await source.offerSchema({ type: 'object' });
    expect(warnings.join()).to.match(/^settings\.schema\.json could not be written \(.+\); editors complete by the old one\.$/);
  });

  it('removes what an interrupted write has left', async () => {
    await writeFile(join(folder, '.settings.json.4711.0123456789ab.tmp'), 'half');
    await writeFile(join(folder, '.settings.schema.json.4711.0123456789ab.tmp'), 'half');
    await source.tidy();
    expect(await readdir(folder)).to.deep.equal([]);
  });
});
