// The default time limits that the SDK states for taps are those of the hooks.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { HookName, TapDeclaration } from '@postroom/sdk';
import { expect } from 'chai';
import { createHooks } from '#core/hooks/hooks.js';
import { ROOT } from '../../kit/sourceFiles.js';

const UNIT_MS: Readonly<Record<string, number>> = { second: 1_000, seconds: 1_000, minute: 60_000, minutes: 60_000 };

/** Stated limits by hook, in milliseconds: `1 second for onSort and onSchedule, 15 minutes for onDeliver`. */
function statedIn(text: string): ReadonlyMap<string, number> {
  const stated = [...text.matchAll(/(\d+) (seconds?|minutes?) for (on[A-Z]\w+(?:(?:, | and )on[A-Z]\w+)*)/g)];
  return new Map(
    stated.flatMap(([, count, unit = '', hooks = '']) =>
      (hooks.match(/on[A-Z]\w+/g) ?? []).map((hook) => [hook, Number(count) * (UNIT_MS[unit] ?? 0)]),
    ),
  );
}

/** `whose stage outcome never has more than 5 seconds`, in milliseconds. */
function outcomeIn(text: string): number | undefined {
  const [, count, unit = ''] = /outcome`? never has more than (\d+) (seconds?|minutes?)/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNIT_MS[unit] ?? 0);
}

function docComment(): string {
  const manifest = readFileSync(path.join(ROOT, 'sdk', 'manifest.ts'), 'utf8');
  const [, comment = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n\s*readonly timeoutMs\?/.exec(manifest) ?? [];
  return comment.replaceAll(/\s*\n\s*\*\s*/g, ' ');
}

function schemaDescription(): string {
  const { definitions } = JSON.parse(readFileSync(path.join(ROOT, 'sdk', 'plugin.schema.json'), 'utf8')) as {
    readonly definitions: { readonly tap: { readonly properties: { readonly timeoutMs: { readonly description: string } } } };
  };
  return definitions.tap.properties.timeoutMs.description;
}

describe('the time limits of taps', () => {
  const hooks = createHooks();
  const limitOf = (declaration: TapDeclaration): number => hooks[declaration.hook].timeLimit(declaration);

  for (const [place, text] of [
    ['the comment of timeoutMs', docComment()],
    ['the schema of timeoutMs', schemaDescription()],
  ] as const) {
    it(`are in ${place} as in the hooks, for every hook that has one`, () => {
      const names = (Object.keys(hooks) as HookName[]).filter((hook) => limitOf({ hook, name: 'tap' }) > 0);
      const expected = names.map((hook): [string, number] => [hook, limitOf({ hook, name: 'tap' })]);
      expect([...statedIn(text)]).to.have.deep.members(expected);
      expect(outcomeIn(text)).to.equal(limitOf({ hook: 'onDeliver', name: 'tap', stage: 'outcome' }));
    });
  }

  it('would be seen to differ', () => {
    expect([...statedIn('Default: 2 seconds for onSort and onSchedule, 15 minutes for onFetch.')]).to.deep.equal([
      ['onSort', 2_000],
      ['onSchedule', 2_000],
      ['onFetch', 900_000],
    ]);
    expect(outcomeIn('whose stage `outcome` never has more than 5 minutes.')).to.equal(300_000);
  });
});
