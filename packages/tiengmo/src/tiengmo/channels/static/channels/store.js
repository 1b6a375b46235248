// What a device keeps when there is no network: a few facts, and lists of rows with an id.

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

export async function openStore(name, ...lists) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("facts");
    for (const list of lists) opening.result.createObjectStore(list, { keyPath: "id" });
  };
  const database = await done(opening);

  async function write(of, act) {
    const transaction = database.transaction(of, "readwrite", { durability: "strict" });
    act(transaction.objectStore(of));
    await finished(transaction);
  }

  const read = (of, act) => done(act(database.transaction(of).objectStore(of)));

  return {
    get: (key) => read("facts", (store) => store.get(key)),
    set: (key, value) => write("facts", (store) => store.put(value, key)),
    list: (of) => ({
      put: (row) => write(of, (store) => store.put(row)),
      get: (id) => read(of, (store) => store.get(id)),
      all: (most) => read(of, (store) => store.getAll(null, most)),
      count: () => read(of, (store) => store.count()),
      drop: (ids) => write(of, (store) => ids.forEach((id) => store.delete(id))),
      // Nobody writes between what `make` is given and what it answers; nothing answered, gone.
      change: (id, make) => write(of, (store) => {
        const asked = store.get(id);
        asked.onsuccess = () => {
          const row = make(asked.result);
          if (row) store.put(row);
          else store.delete(id);
        };
      }),
    }),
    // A device that was revoked or replaced keeps nothing.
    async wipe() {
      for (const of of ["facts", ...lists]) await write(of, (store) => store.clear());
    },
  };
}
