// The page's end of the worker: calls become messages, answers promises.

/** A worker that runs this text, which is the page's own script. */
export class Client {
    #worker;
    #jobs = new Map();
    #next = 1;

    constructor(script) {
        const url = URL.createObjectURL(
            new Blob([script], { type: 'text/javascript' }),
        );
        this.#worker = new Worker(url);
        this.#worker.onmessage = ({ data }) => this.#receive(data);
        this.#worker.onerror = () => {
            for (const { reject } of this.#jobs.values()) {
                reject(
                    new Error(
                        'this browser does not start the worker of this page',
                    ),
                );
            }
            this.#jobs.clear();
        };
    }

    #receive({ id, done, value, error }) {
        const job = this.#jobs.get(id);
        if (!job) return;
        if (done !== undefined) {
            job.progress(done);
            return;
        }
        this.#jobs.delete(id);
        if (error === undefined) job.resolve(value);
        else job.reject(new Error(error));
    }

    #ask(question, progress = () => {}) {
        const id = this.#next++;
        this.#worker.postMessage({ id, ...question });
        return new Promise((resolve, reject) => {
            this.#jobs.set(id, { resolve, reject, progress });
        });
    }

    /** The digests of a file; `progress` is told the bytes that were read. */
    digests(file, algorithms, progress) {
        return this.#ask({ file, algorithms }, progress);
    }

    /** The entries of a list of digests. */
    parse(list) {
        return this.#ask({ list });
    }

    /** Ends all that is under way with an error. */
    stop() {
        for (const id of this.#jobs.keys())
            this.#worker.postMessage({ id, stop: true });
    }
}
