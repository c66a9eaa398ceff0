"""Pages about who we are: notices, units, people, posts, bodies, the council itself."""
