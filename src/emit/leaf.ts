import Handlebars from 'handlebars';
import type { Template } from '../dsl/component.ts';
import type { LeafBody, NetModule } from '../dsl/netlist.ts';
import { literal, moduleFoot, moduleHead } from './verilog.ts';

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

const compiled = new Map<string, Handlebars.TemplateDelegate>();

/** A view in which a name that is not there is an error, even inside `{{#if}}`, where Handlebars would let it pass. */
const strictView = (view: Readonly<Record<string, unknown>>, where: string): object =>
  new Proxy(view, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target) return Reflect.get(target, name);
      throw new Error(`${where}: the template uses ${name}, which its view does not have`);
    },
  });

function render(text: string, view: Readonly<Record<string, unknown>>, where: string): string {
  let template = compiled.get(text);
  if (!template) {
    template = handlebars.compile(text, { noEscape: true, strict: true, knownHelpersOnly: false });
    compiled.set(text, template);
  }
  return template(strictView(view, where), { allowProtoPropertiesByDefault: true });
}

/** Prints one form of a leaf module. */
export function emitLeaf(module: NetModule, body: LeafBody, template: Template, form: string, read: TemplateReader): string {
  const source = 'text' in template ? template.text : read(template.file);
  const where = 'text' in template ? module.component : template.file;
  const rendered = render(source, { ...body.constants, ...body.view, MODULE: module.name }, where).trimEnd();
  const code = rendered.replaceAll(/\/\/.*$/gm, '');
  const used = Object.entries(body.constants).filter(([name]) => new RegExp(`\\b${name}\\b`).test(code));
  const parameters = used.map(([name, value]) => `  localparam ${name} = ${value};\n`).join('');
  return moduleHead(module, form) + parameters + (parameters ? '\n' : '') + rendered + moduleFoot;
}
