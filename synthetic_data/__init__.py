"""The world room: invents attempt logs whose causes are known, because it planted them. The only room that imports Faker."""
