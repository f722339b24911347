/** What an application's own TypeScript sees of botflow-chat.js, under the strictest rules. */
import { Chat, Refusal, type ChatOptions, type Message, type OwnMessage, type SentFile } from "botflow-chat";

const options: ChatOptions = { server: "https://bots.example.com", workflow: "pizza", identity: async () => "a token" };
const chat = new Chat(options);
const said: Message[] = [];
chat.addEventListener("message", ({ detail }) => said.push(detail), { once: true });
chat.addEventListener("opened", ({ detail: { messages, unsent, earlier } }) => {
  const first: "in" | "out" | undefined = messages[0]?.direction;
  const own: OwnMessage[] = unsent;
  if (typeof earlier === "number") void chat.earlier(earlier).then((page) => [page.messages.length, first, own]);
});
chat.addEventListener("refused", ({ detail: { failure } }) => console.log(failure.code, failure.hint, failure.isFinal));
// @ts-expect-error -- there is no such event
chat.addEventListener("messages", () => {});

const isOpen: boolean = await chat.open();
const file: SentFile = await chat.upload(new Blob(["a"]), { onProgress: (share: number) => share });
const sent: OwnMessage = chat.send("hello", { media: [file], location: { latitude: 1, longitude: 2 } });
await chat.feedback("3.0", "up", "good").catch((failure: unknown) => failure instanceof Refusal && failure.status);
await chat.identify("a token");
await chat.signOut();
chat.takeBack(sent.messageId);
chat.close();
console.log(isOpen);
