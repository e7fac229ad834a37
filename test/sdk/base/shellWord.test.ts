import { execFileSync } from 'node:child_process';
import { shellWord } from '@postroom/sdk/base';
import { expect } from 'chai';

describe('a word of a command line', () => {
  it('stands without quotes where none are needed, and is what the shell makes of it', () => {
    expect(shellWord('l.jones@works')).to.equal('l.jones@works');
    expect(shellWord('Ann Lee')).to.equal('"Ann Lee"');
    const words = ['Zoë', 'Ann Lee', "O'Brien", 'a"b', '$HOME', '`id`', 'a\\b', '*', '~', 'a;b', '', "it's $5"];
    const printed = execFileSync('sh', ['-c', `printf '%s\\n' ${words.map(shellWord).join(' ')}`], { encoding: 'utf8' });
    expect(printed).to.equal(`${words.join('\n')}\n`);
  });
});
