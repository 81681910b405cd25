import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { readConfig } from '../../services/config/config';
import { describeVariables, VARIABLES } from '../../services/config/environment';

const ROOT = resolve(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Variables of .env.example once every line that sets one is uncommented. */
const uncommented = () => parseEnv(read('.env.example').replaceAll(/^#(?=[A-Z_]+=)/gm, ''));

it('.env.example sets nothing while it is commented out', () => {
  expect(parseEnv(read('.env.example'))).toEqual({});
});

it('.env.example names every variable of the configuration once, in its order', () => {
  const names = [...read('.env.example').matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name);
  expect(names).toEqual(VARIABLES);
});

it('.env.example gives the default configuration once it is uncommented', () => {
  expect(readConfig(uncommented())).toEqual(readConfig({}));
});

it('every variable has a description that is a sentence, and says what its values look like', () => {
  for (const { name, description, values } of describeVariables()) {
    expect({ name, description }).toEqual({ name, description: expect.stringMatching(/^[A-Z].*\.$/) as string });
    expect({ name, values }).toEqual({ name, values: expect.stringMatching(/\w/) as string });
  }
});

it('no line of .env.example is longer than 120 characters', () => {
  expect(
    read('.env.example')
      .split('\n')
      .filter((line) => line.length > 120),
  ).toEqual([]);
});
