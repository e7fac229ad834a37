// A root hook of every test process: each outermost `describe` must close what it opens.
import { leakCheck } from '@postroom/sdk/testing';

export const mochaHooks: Mocha.RootHookObject = {
  async beforeAll(this: Mocha.Context): Promise<void> {
    let leaks = leakCheck();
    await leaks.begin();
    for (const suite of rootOf(this)?.suites ?? []) {
      suite.afterAll(`${suite.title}: closes what it opens`, async () => {
        const left = await leaks.end();
        // What one suite left open is not held against the next.
        leaks = leakCheck();
        await leaks.begin();
        if (left.length > 0) throw new Error(left.join('\n'));
      });
    }
  },
};

function rootOf(context: Mocha.Context): Mocha.Suite | undefined {
  return context.test?.parent;
}
