/** The build's own: a sheet is a text, minified, and the name of the chat's file has a hash in it. */
declare module "*.css" {
  const text: string;
  export default text;
}
declare const CHAT_FILE: string;
