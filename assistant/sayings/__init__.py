"""What a short message says by itself, told by the sentences that it is nearest to, or by closed lists: yes and no, anger, a complaint."""
