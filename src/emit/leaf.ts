import Handlebars from 'handlebars';
import type { Template } from '../dsl/component.ts';
import { reservedProblem } from '../dsl/names.ts';
import type { LeafBody, NetModule } from '../dsl/netlist.ts';
import { PrunusError } from '../errors.ts';
import { constant, literal, moduleFoot, moduleHead, shellBody } from './verilog.ts';
import { wrapVerilog } from './wrap.ts';

/** Gives the text of a template file, named relative to `templates/`. The emitter itself reads no files. */
export type TemplateReader = (file: string) => string;

const handlebars = Handlebars.create();
handlebars.registerHelper({
  /** `{{#repeat LANES}} ... {{@index}} ... {{/repeat}}` */
  repeat(this: unknown, count: number, options: Handlebars.HelperOptions) {
    let out = '';
    for (let index = 0; index < count; index++) {
      const data = Object.assign(Handlebars.createFrame(options.data), { index });
      out += options.fn(this, { data });
    }
    return out;
  },
  /** The numbers n-1 ... 0, for concatenations. */
  reversed: (n: number) => Array.from({ length: n }, (_, i) => n - 1 - i),
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  eq: (a: unknown, b: unknown) => a === b,
  gt: (a: number, b: number) => a > b,
  /** `{{u 5 3}}` prints `3'd5`, `{{s -1 4}}` prints `-4'sd1`. */
  u: (value: number, width: number) => literal(value, { signed: false, width }),
  s: (value: number, width: number) => literal(value, { signed: true, width }),
});

/**
 * Handlebars' strict mode lets a name that is not there pass where it is an argument: `{{#if typo}}` is false, `{{#each typo}}`
 * empty. Here it is an error everywhere, in the contexts inside of `each` and `with` too.
 */
class StrictArguments extends Handlebars.Visitor {
  override PathExpression(path: hbs.AST.PathExpression): void {
    (path as { strict?: boolean }).strict = true;
  }
}

const compiled = new Map<string, Handlebars.TemplateDelegate>();
const precompiled = new Map<string, TemplateSpecification>();

/** A template as the code of a `TemplateSpecification`, for `usePrecompiled`. */
export const precompile = (text: string): string =>
  Handlebars.precompile(strictTree(text), compileOptions) as unknown as string;

/** Templates that need not be compiled: their texts, and what `precompile` made of them. */
export function usePrecompiled(templates: readonly { readonly text: string; readonly code: TemplateSpecification }[]) {
  for (const { text, code } of templates) precompiled.set(text, code);
}

const compileOptions = { noEscape: true, strict: true };

function strictTree(text: string): hbs.AST.Program {
  const tree = Handlebars.parse(text);
  new StrictArguments().accept(tree);
  return tree;
}

function compile(text: string): Handlebars.TemplateDelegate {
  const known = compiled.get(text);
  if (known) return known;
  const code = precompiled.get(text);
  const template = code ? handlebars.template(code) : handlebars.compile(strictTree(text), compileOptions);
  compiled.set(text, template);
  return template;
}

/** Any template with the same helpers and the same strictness; `where` names it in messages. Throws PR0230. */
export function renderTemplate(text: string, view: Readonly<Record<string, unknown>>, where: string): string {
  try {
    return compile(text)(view, { allowProtoPropertiesByDefault: true });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const line = (cause as { lineNumber?: number }).lineNumber;
    const at = line === undefined ? where : `${where}:${line}`;
    // "typo" not defined in [object Object] - 3:5; Cannot use 'in' operator to search for 'typo' in 7
    const [, name] =
      /^"([^"]+)" not defined|'in' operator to search for '([^']+)'/.exec(cause.message)?.filter(Boolean) ?? [];
    if (name === undefined) throw new PrunusError('PR0230', `${at}: the template is not valid: ${cause.message}`);
    throw new PrunusError(
      'PR0230',
      `${at}: the template uses ${name}, which is not there.`,
      `the component's view and constants have ${Object.keys(view).join(', ')}.`,
    );
  }
}

/** What a template declares. */
const declared =
  /\b(?:wire|reg|integer|genvar|function|task)\b(?:\s+automatic\b)?(?:\s+signed\b)?\s*(?:\[[^\]]*\])?\s*([a-z_]\w*)/g;

/** Throws PR0213: Verilator, Yosys and Icarus would each say something else of it, and some nothing. */
function refuseReserved(code: string, where: string): void {
  for (const [, name] of code.matchAll(declared)) {
    const problem = reservedProblem(name!);
    if (problem) throw new PrunusError('PR0213', `${where}: the template declares ${name}: ${problem}.`);
  }
}

/** Localparams: those constants that the text names outside of comments. */
function localparams(body: LeafBody, code: string, where: string): string {
  const words = new Set(code.match(/[A-Za-z_]\w*/g));
  return Object.entries(body.constants)
    .map(([name, value]): [string, string] => [name, constant(name, value, where)])
    .filter(([name]) => words.has(name))
    .map(([, text]) => `  ${text}\n`)
    .join('');
}

/** Prints one form of a leaf module. */
export function emitLeaf(
  module: NetModule,
  body: LeafBody,
  template: Template,
  form: string,
  read: TemplateReader,
): string {
  const source = 'text' in template ? template.text : read(template.file);
  const where = 'text' in template ? module.component : template.file;
  const rendered = renderTemplate(source, { ...body.constants, ...body.view, MODULE: module.name }, where).trimEnd();
  const code = rendered.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  refuseReserved(code, where);
  const parameters = localparams(body, code, where);
  const shell = form === 'macro' ? `\n${shellBody(module)}` : '';
  const text = parameters + (parameters && '\n') + rendered + shell;
  return moduleHead(module, form) + wrapVerilog(text) + moduleFoot;
}
