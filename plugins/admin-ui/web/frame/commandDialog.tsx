// Runs any command of the server: a form from its schema, its progress, and its answer.
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CommandsRow } from '../answers.generated.js';
import { type Progress, runWithProgress, sentenceOf } from '../api/client.js';
import type { Schema } from '../api/schema.js';
import { plainText } from '../base/format.js';
import { Dialog } from '../controls/dialog.js';
import { Field, SelectField, TextField } from '../controls/fields.js';
import { Problem } from '../controls/notices.js';
import { WorkProgress } from '../controls/workProgress.js';

export function CommandDialog({ declaration, onClose }: { readonly declaration: CommandsRow; readonly onClose: () => void }): ReactNode {
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  const [answer, setAnswer] = useState<unknown>();
  const [progress, setProgress] = useState<Progress>();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const properties = Object.entries(declaration.arguments?.properties ?? {});
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    setAnswer(undefined);
    try {
      const given = Object.fromEntries(
        Object.entries(values).filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0)),
      );
      setAnswer(await runWithProgress(declaration.command, given, setProgress));
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    setProgress(undefined);
    setBusy(false);
  };
  return (
    <Dialog title={declaration.title} onClose={onClose} wide>
      <form onSubmit={(event) => void submit(event)}>
        {properties.map(([name, schema]) => (
          <ArgumentField
            key={name}
            name={name}
            schema={schema}
            required={declaration.arguments?.required?.includes(name) === true}
            value={values[name]}
            onChange={(value) => setValues({ ...values, [name]: value })}
          />
        ))}
        <div className="actions">
          <button type="submit" className="button primary" disabled={busy} aria-busy={busy}>
            Run
          </button>
          <code>{declaration.command}</code>
          <WorkProgress progress={progress} />
        </div>
      </form>
      <div role="status">
        <Problem sentence={problem} />
        {answer !== undefined && <pre>{typeof answer === 'string' ? answer : JSON.stringify(answer, undefined, 2)}</pre>}
      </div>
    </Dialog>
  );
}

function ArgumentField({
  name,
  schema,
  required,
  value,
  onChange,
}: {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}): ReactNode {
  const label = `${name}${required ? '' : ' (optional)'}`;
  const hint = schema.description;
  if (schema.type === 'boolean') {
    return (
      <label className="check">
        <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
        <span className="hint">{hint}</span>
      </label>
    );
  }
  if (schema.enum !== undefined) {
    return (
      <SelectField
        label={label}
        value={plainText(value ?? '')}
        onChange={onChange}
        hint={hint}
        options={[['', '-'], ...schema.enum.map((each) => [String(each), String(each)] as const)]}
      />
    );
  }
  if (schema.file === true || schema.plugin === true) {
    return (
      <Field label={label} hint={hint}>
        {(id, hintId) => (
          <input
            id={id}
            type="file"
            required={required}
            aria-describedby={hintId}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file !== undefined) onChange(file);
            }}
          />
        )}
      </Field>
    );
  }
  if (schema.type === 'array') {
    const isNumbers = schema.items?.type === 'integer';
    return (
      <TextField
        label={`${label}, with commas`}
        value={Array.isArray(value) ? value.join(',') : ''}
        hint={hint}
        required={required}
        onChange={(text) => onChange(text === '' ? [] : text.split(',').map((each) => (isNumbers ? Number(each) : each.trimStart())))}
      />
    );
  }
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  return (
    <TextField
      label={label}
      type={schema.secret === true ? 'password' : isNumber ? 'number' : 'text'}
      value={plainText(value ?? '')}
      placeholder={schema.default === undefined ? '' : plainText(schema.default)}
      hint={hint}
      required={required}
      onChange={(text) => onChange(isNumber && text !== '' ? Number(text) : text)}
    />
  );
}
