// What we use of pdfmake. The declarations that others keep for it bring a browser's types into the whole program.

declare module 'pdfmake' {
  interface Font {
    readonly normal: string
    readonly bold: string
    readonly italics: string
    readonly bolditalics: string
  }

  interface Pdfmake {
    setFonts(fonts: Readonly<Record<string, Font>>): void
    /** Which addresses a document may be made from. */
    setUrlAccessPolicy(allows: (url: string) => boolean): void
    setLocalAccessPolicy(allows: (path: string) => boolean): void
    /** A document in the shape of pdfmake.github.io/docs. */
    createPdf(definition: object): { getBuffer(): Promise<Uint8Array> }
  }

  const pdfmake: Pdfmake
  export default pdfmake
}
