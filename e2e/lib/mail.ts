// A mail server that takes everything and keeps it, for tests of mails.
import { createServer } from "node:net";

export interface MailServer {
  port: number;
  /** The first mail to this address, as soon as it is there. */
  to: (address: string) => Promise<string>;
  stop: () => Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const mails: { to: string; text: string }[] = [];
  const server = createServer((socket) => {
    let rest = "";
    let to = "";
    let text: string[] | undefined;
    const say = (line: string) => socket.write(`${line}\r\n`);
    const hear = (line: string) => {
      if (text) {
        if (line !== ".") return text.push(line);
        mails.push({ to, text: text.join("\n") });
        text = undefined;
        return say("250 kept");
      }
      if (/^DATA/i.test(line)) text = [];
      if (/^RCPT TO:/i.test(line)) to = /<(.*)>/.exec(line)?.[1] ?? "";
      say(/^DATA/i.test(line) ? "354 go on" : /^QUIT/i.test(line) ? "221 bye" : "250 well");
    };
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const lines = (rest + chunk).split("\r\n");
      rest = lines.pop() ?? "";
      lines.forEach(hear);
    });
    say("220 ready");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = address && typeof address === "object" ? address.port : 0;
  const to = async (wanted: string) => {
    for (let tries = 0; tries < 100; tries++) {
      const mail = mails.find((mail) => mail.to === wanted);
      if (mail) return mail.text;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`no mail to ${wanted}`);
  };
  return { port, to, stop: () => new Promise((done) => server.close(() => done())) };
}
