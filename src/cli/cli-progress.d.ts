/** The part of cli-progress that is used; the package brings no types. */
declare module 'cli-progress' {
  interface Options {
    readonly stream: NodeJS.WritableStream;
    readonly format: string;
    readonly clearOnComplete: boolean;
    readonly hideCursor: boolean | null;
  }
  class SingleBar {
    constructor(options: Options, preset: object);
    start(total: number, at: number, payload: object): void;
    update(at: number, payload: object): void;
    stop(): void;
  }
  const progress: { readonly SingleBar: typeof SingleBar; readonly Presets: { readonly shades_classic: object } };
  export default progress;
}
