/**
 * Finds a module for Jest. What is imported only when it is needed is named as it is when it is built, `./start.js`; the
 * tests of the source find `./start.ts`.
 */
module.exports = (path, options) => {
  const find = options.defaultResolver;
  try {
    return find(path, options);
  } catch (error) {
    if (!/^\.{1,2}\/.*\.js$/.test(path)) throw error;
    return find(path.replace(/js$/, 'ts'), options);
  }
};
