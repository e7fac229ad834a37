import { parseTarget, type Target, targetName } from '@postroom/sdk/network';
import { expect } from 'chai';

function targets(...texts: readonly string[]): readonly Target[] {
  return texts.map((text) => {
    const target = parseTarget(text);
    if (target === undefined) throw new Error(`${text} is no target`);
    return target;
  });
}

describe('a target', () => {
  for (const [text, name] of [
    ['api.example.com:443', 'api.example.com:443'],
    ['API.Example.com.:443', 'api.example.com:443'],
    ['*.example.com:443', '*.example.com:443'],
    ['bücher.example:80', 'xn--bcher-kva.example:80'],
    ['[::1]:25', '[::1]:25'],
    ['[::ffff:10.0.0.1]:25', '10.0.0.1:25'],
    ['https://ntfy.sh/my-topic', 'ntfy.sh:443'],
    ['http://127.0.0.1:11333/checkv2', '127.0.0.1:11333'],
    ['ws://[::1]/', '[::1]:80'],
    ['unix:/run/clamav/clamd.ctl', 'unix:/run/clamav/clamd.ctl'],
    ['2130706433:25', '127.0.0.1:25'],
  ] as const) {
    it(`is read from ${text} as ${name}`, () => expect(targetName(targets(text)[0] as Target)).to.equal(name));
  }

  for (const text of [
    ...[
      '',
      'host',
      'host:',
      ':25',
      'host:0',
      'host:65536',
      'host:25:25',
      '::1:25',
      'a b:25',
      'ho*st:25',
      '*.*.com:25',
      'ftp://x/',
      'unix:run',
    ],
    ...['unix:', 'unix:/a/../b', 'host/path:25', 'user@host:25', 'host#x:25', 'a%2f:25', '-x.example:25', 'dns'],
  ]) {
    it(`is not read from ${JSON.stringify(text)}`, () => expect(parseTarget(text)).to.equal(undefined));
  }
});
