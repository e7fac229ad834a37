// Compiles schemas of strangers' plugins and checks values by them, within limits. Loaded only where there are such plugins.
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import { linearPattern, StepBudget, TooManySteps } from './linearPattern.js';
import { schemaLimitProblem } from './schemaLimits.js';
import { inTheNameOf } from './schemaWork.js';
import { type JsonSchema, VOCABULARY } from './vocabulary.js';

/** Answers what is wrong with a value, and fills in its defaults. */
export type StrangerCheck = (value: unknown) => readonly ErrorObject[];

// CommonJS: what TypeScript sees as the module's default is its `default` member at run time.
const addFormats = ajvFormats.default;

/** What a setting declares, or a command takes as arguments: there the words of the command line are no mistakes. */
export type SchemaUse = 'setting' | 'arguments';

export class StrangerSchemas {
  readonly #budget = new StepBudget();
  readonly #ajv: Ajv;

  constructor(use: SchemaUse) {
    const regExp: NonNullable<Options['code']>['regExp'] = Object.assign((pattern: string) => linearPattern(pattern, this.#budget), {
      code: 'linearPattern',
    });
    this.#ajv = new Ajv({
      code: { optimize: false, regExp },
      // Of a value with a million mistakes the first is enough.
      allErrors: false,
      verbose: true,
      useDefaults: true,
      strict: use === 'setting',
      strictTypes: false,
      strictTuples: false,
      logger: false,
    });
    addFormats(this.#ajv);
    if (use === 'setting') this.#ajv.addVocabulary([...VOCABULARY]);
  }

  /** What is wrong with a schema that `owner` declares, to follow a colon; `undefined` where it can be used. */
  problemOf(schema: JsonSchema, owner: string): string | undefined {
    const beyond = schemaLimitProblem(schema);
    if (beyond !== undefined) return beyond;
    try {
      const check = this.compile(schema, owner);
      if (!('default' in schema)) return undefined;
      const [first] = check(structuredClone(schema['default']));
      return first === undefined ? undefined : `its default does not fit it (${first.message ?? 'unknown reason'}).`;
    } catch (thrown) {
      return thrown instanceof Error ? `${thrown.message.replace(/\.$/, '')}.` : String(thrown);
    }
  }

  /** Throws for a schema with a problem. */
  compile(schema: JsonSchema, owner: string): StrangerCheck {
    // Of the value as a whole: the caller has filled that in.
    const { default: _default, ...rules } = schema;
    const validate = inTheNameOf(owner, () => this.#ajv.compile(rules));
    this.#ajv.removeSchema(rules);
    return (value) => inTheNameOf(owner, () => this.#check(validate, value, schema));
  }

  #check(validate: ValidateFunction, value: unknown, schema: JsonSchema): readonly ErrorObject[] {
    this.#budget.begin();
    try {
      return validate(value) ? [] : [...(validate.errors ?? [])];
    } catch (thrown) {
      if (!(thrown instanceof TooManySteps)) throw thrown;
      return [
        { keyword: 'steps', instancePath: '', schemaPath: '#', params: {}, message: thrown.message, data: value, parentSchema: schema },
      ];
    }
  }
}
