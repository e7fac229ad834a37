// biome-ignore-all lint/suspicious/noArrayIndexKey: the entries have no keys and never change places.
// A field for a value by its JSON Schema: scalars, lists, records, and lists of records.
import { type ReactNode, useState } from 'react';
import type { Schema } from '../api/schema.js';
import { plainText } from '../base/format.js';
import { Field, SelectField, TextField } from '../controls/fields.js';

export interface SettingFieldProps {
  readonly name: string;
  readonly schema: Schema;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

export function SettingField({ name, schema, value, onChange }: SettingFieldProps): ReactNode {
  const label = schema.title ?? titleOf(name);
  if (schema.enum !== undefined) {
    return (
      <SelectField
        label={label}
        value={plainText(value ?? '')}
        onChange={onChange}
        options={schema.enum.map((each) => [String(each), String(each)] as const)}
      />
    );
  }
  switch (schema.type) {
    case 'boolean':
      return (
        <label className="check">
          <input type="checkbox" checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} /> {label}
        </label>
      );
    case 'integer':
    case 'number':
      return (
        <TextField
          label={label}
          type="number"
          value={value === undefined ? '' : plainText(value)}
          onChange={(text) => onChange(text === '' ? undefined : Number(text))}
        />
      );
    case 'string':
      return <TextField label={label} value={plainText(value ?? '')} onChange={onChange} />;
    case 'array':
      return schema.items?.type === 'object' ? (
        <Records label={label} schema={schema.items} value={listOf(value)} onChange={onChange} />
      ) : (
        <Lines label={label} schema={schema.items ?? {}} value={listOf(value)} onChange={onChange} />
      );
    case 'object':
      return schema.properties === undefined ? (
        <Json label={label} value={value} onChange={onChange} />
      ) : (
        <fieldset>
          <legend>{label}</legend>
          <RecordFields schema={schema} value={recordOf(value)} onChange={onChange} />
        </fieldset>
      );
    default:
      return <Json label={label} value={value} onChange={onChange} />;
  }
}

/** What the parts below show: a value of a shape that is known. */
interface Part<Value> {
  readonly label: string;
  readonly schema: Schema;
  readonly value: Value;
  readonly onChange: (value: unknown) => void;
}
type Values = Readonly<Record<string, unknown>>;

/** One entry a line. */
function Lines({ label, schema, value, onChange }: Part<readonly unknown[]>): ReactNode {
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  return (
    <TextArea
      label={label}
      hint="One a line."
      value={value.join('\n')}
      onChange={(text) => {
        const lines = text.split('\n').filter((line) => line.trim() !== '');
        onChange(isNumber ? lines.map(Number) : lines);
        return true;
      }}
    />
  );
}

/** What no form fits: as JSON, taken over while it is valid. */
function Json({ label, value, onChange }: Omit<Part<unknown>, 'schema'>): ReactNode {
  return (
    <TextArea
      label={label}
      hint="As JSON."
      problem="This is not JSON yet; it is taken over once it is."
      value={JSON.stringify(value, undefined, 2) ?? ''}
      onChange={(text) => {
        try {
          onChange(JSON.parse(text) as unknown);
          return true;
        } catch {
          return false;
        }
      }}
    />
  );
}

/** A text of several lines. What is being typed stays as it is typed, also where the value reads otherwise. `onChange` answers whether it fits. */
function TextArea({
  label,
  hint,
  problem,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint: string;
  readonly problem?: string;
  readonly value: string;
  readonly onChange: (text: string) => boolean;
}): ReactNode {
  const [typed, setTyped] = useState<string>();
  const [isWrong, setWrong] = useState(false);
  const shown = typed ?? value;
  return (
    <Field label={label} hint={isWrong ? problem : hint}>
      {(id, hintId) => (
        <textarea
          id={id}
          rows={Math.min(12, shown.split('\n').length + 1)}
          aria-describedby={hintId}
          aria-invalid={isWrong}
          spellCheck={false}
          value={shown}
          onBlur={() => {
            if (!isWrong) setTyped(undefined);
          }}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setWrong(!onChange(event.currentTarget.value));
          }}
        />
      )}
    </Field>
  );
}

function Records({ label, schema, value, onChange }: Part<readonly unknown[]>): ReactNode {
  return (
    <fieldset>
      <legend>{label}</legend>
      {value.map((entry, place) => (
        <RecordFields
          key={place}
          schema={schema}
          value={recordOf(entry)}
          onChange={(next) => onChange(value.map((each, index) => (index === place ? next : each)))}
        >
          <div className="field">
            <button
              type="button"
              className="button danger"
              onClick={() => onChange(value.filter((_, index) => index !== place))}
              aria-label={`Remove entry ${place + 1} of ${label}`}
            >
              Remove
            </button>
          </div>
        </RecordFields>
      ))}
      <button type="button" className="button" onClick={() => onChange([...value, blank(schema)])} aria-label={`Add to ${label}`}>
        Add
      </button>
    </fieldset>
  );
}

/** The properties of one record, side by side. */
function RecordFields({ schema, value, onChange, children }: Omit<Part<Values>, 'label'> & { readonly children?: ReactNode }): ReactNode {
  return (
    <div className="form-grid">
      {Object.entries(schema.properties ?? {}).map(([name, property]) => (
        <SettingField
          key={name}
          name={name}
          schema={property}
          value={value[name]}
          onChange={(next) => {
            const isEmpty = next === undefined || (next === '' && schema.required?.includes(name) !== true);
            onChange(
              Object.fromEntries([...Object.entries(value).filter(([key]) => key !== name), ...(isEmpty ? [] : [[name, next] as const])]),
            );
          }}
        />
      ))}
      {children}
    </div>
  );
}

function blank(schema: Schema): Values {
  const required = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name) === true);
  return Object.fromEntries(
    required.map(([name, property]) => [
      name,
      property.default ?? property.enum?.[0] ?? (property.type === 'integer' ? 0 : property.type === 'array' ? [] : ''),
    ]),
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function recordOf(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

/** `pop3.limits.connectionsPerAddress` -> `Limits, connections per address`: for declarations without a title. */
function titleOf(name: string): string {
  const [first = '', ...rest] = name.split('.');
  const words = (rest.length === 0 ? [first] : rest).join(', ').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
