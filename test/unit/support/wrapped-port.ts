/** The same port, each call of which goes through a function. */
export function wrappedPort<Port extends object>(
  port: Port,
  through: (name: string, perform: () => unknown, args: readonly unknown[]) => unknown,
): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) =>
        through(String(name), (): unknown => Reflect.apply(member, target, args), args);
    },
  });
}
