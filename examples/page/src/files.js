// What was chosen or dropped, as paths and files.

/** Files that an input of the page has. */
export function chosen(files) {
    return files.map((file) => ({
        path: file.webkitRelativePath || file.name,
        file,
    }));
}

/** Files that were dropped, those in folders included. */
export async function dropped(transfer) {
    // All entries are asked for at once: after the first pause they are gone.
    const entries = [...transfer.items]
        .filter((it) => it.kind === 'file')
        .map((it) => it.webkitGetAsEntry?.() ?? it.getAsFile());
    const found = [];
    for (const entry of entries) {
        if (entry instanceof File) found.push(...chosen([entry]));
        else if (entry) await walk(entry, found);
    }
    return found;
}

async function walk(start, found) {
    const entries = [start];
    while (entries.length > 0) {
        const entry = entries.pop();
        const path = entry.fullPath.replace(/^\//, '');
        if (entry.isFile) {
            const file = await new Promise((resolve) => {
                entry.file(resolve, (error) =>
                    resolve(unreadable(entry.name, error)),
                );
            });
            found.push({ path, file });
            continue;
        }
        const reader = entry.createReader();
        // A reader gives some at a time, and none at the end.
        for (;;) {
            const some = await new Promise((resolve) => {
                reader.readEntries(resolve, (error) => {
                    found.push({ path, file: unreadable(entry.name, error) });
                    resolve([]);
                });
            });
            if (some.length === 0) break;
            entries.push(...some);
        }
    }
}

/** Stands for a file that cannot be opened: reading it tells why. */
function unreadable(name, error) {
    return { name, size: 0, unreadable: error.message };
}
